package main

func main() { println("weather") }
