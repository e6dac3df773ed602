package main

func main() { println("pages") }
