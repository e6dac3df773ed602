package main

func main() { println("staged") }
