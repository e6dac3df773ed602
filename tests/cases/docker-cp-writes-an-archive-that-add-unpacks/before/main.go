package main

func main() { println("stream") }
