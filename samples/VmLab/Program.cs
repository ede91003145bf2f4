Console.WriteLine("VmLab");
