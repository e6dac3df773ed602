package main

func main() { println("quotes") }
