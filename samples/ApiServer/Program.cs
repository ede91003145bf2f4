Console.WriteLine("ApiServer");
