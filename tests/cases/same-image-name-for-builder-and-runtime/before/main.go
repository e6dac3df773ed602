package main

func main() { println("twin") }
