package main

func main() { println("mode") }
