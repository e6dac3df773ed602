package main

func main() { println("queue") }
