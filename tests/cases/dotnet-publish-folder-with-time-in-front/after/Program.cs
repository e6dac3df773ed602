System.Console.WriteLine("tick");
