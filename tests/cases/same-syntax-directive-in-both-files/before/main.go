package main

func main() { println("both") }
