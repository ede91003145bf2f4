Console.WriteLine("LifecycleTour");
