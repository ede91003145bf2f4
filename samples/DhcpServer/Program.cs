Console.WriteLine("DhcpServer");
