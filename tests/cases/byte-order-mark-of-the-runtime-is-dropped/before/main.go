package main

func main() { println("mark") }
