package main

func main() { println("stage") }
