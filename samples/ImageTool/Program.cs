Console.WriteLine("ImageTool");
