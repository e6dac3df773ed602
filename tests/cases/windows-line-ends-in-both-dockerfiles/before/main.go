package main

func main() { println("crlf") }
