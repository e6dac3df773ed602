package main

func main() { println("top") }
