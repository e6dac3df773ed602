package main

func main() { println("named") }
