package main

func main() { println("gate") }
