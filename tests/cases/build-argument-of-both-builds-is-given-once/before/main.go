package main

func main() { println("once") }
