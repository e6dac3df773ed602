package main

func main() { println("prefix") }
