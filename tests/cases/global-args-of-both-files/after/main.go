package main

func main() { println("args") }
