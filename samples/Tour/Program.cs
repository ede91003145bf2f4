using Tour;

// A whole MAAS on loopback, one simulated machine, and the story of its life. No root, no VM, nothing left behind.
Spectre.Console.AnsiConsole.Profile.Width = 200; // a line is a line, also in a pipe
using var stop = new CancellationTokenSource(TimeSpan.FromMinutes(2));
Console.CancelKeyPress += (_, pressed) => { pressed.Cancel = true; stop.Cancel(); };

await using var server = await TourServer.StartAsync(stop.Token);
await using var story = new Story(server.Machine);
await new MachineLife(server, story).LiveAsync(stop.Token);
