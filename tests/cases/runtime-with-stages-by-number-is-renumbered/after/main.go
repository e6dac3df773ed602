package main

func main() { println("fetch") }
