package main

func main() { println("router") }
