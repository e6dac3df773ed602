package main

func main() { println("note") }
