package main

func main() { println("badge") }
