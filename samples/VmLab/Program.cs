using System.CommandLine;
using VmLab;

var command =
    new RootCommand("Root and QEMU: a private link, a server and two machines, taken through their whole life while you watch. It takes "
        + "some ten minutes.");
command.SetAction((_, cancellationToken) => LabShow.RunAsync(cancellationToken));

// Ctrl-C leaves it the time to take its network and machines away.
return await command.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
