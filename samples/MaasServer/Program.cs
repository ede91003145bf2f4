Console.WriteLine("MaasServer");
