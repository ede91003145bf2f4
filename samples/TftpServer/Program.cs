Console.WriteLine("TftpServer");
