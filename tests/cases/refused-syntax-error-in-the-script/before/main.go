package main

func main() { println("paren") }
