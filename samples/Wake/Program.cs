Console.WriteLine("Wake");
