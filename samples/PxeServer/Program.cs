Console.WriteLine("PxeServer");
