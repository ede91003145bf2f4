using System.CommandLine;
using System.Net;
using Maas.Boot;
using Maas.Boot.Files;
using Maas.Boot.Tftp;

var directory = new Argument<DirectoryInfo>("DIR") { Description = "The directory whose files are served, read-only." };
var listen = new Option<string>("--listen") { Description = "ADDR:PORT to take requests on.", DefaultValueFactory = _ => "0.0.0.0:69" };
var command = new RootCommand("Serves a directory by TFTP with blksize, tsize, timeout and windowsize.") { directory, listen };

command.SetAction(async (parsed, cancellationToken) =>
{
    var options = new TftpServerOptions { Listen = IPEndPoint.Parse(parsed.GetRequiredValue(listen)) };
    using var server = new TftpServer(
        options,
        new BootServices { Files = new DirectoryBootFiles(parsed.GetRequiredValue(directory).FullName), Observer = new Print() });
    var running = server.RunAsync(cancellationToken);
    Console.WriteLine($"TFTP on {(await server.Listening)[0]}; Ctrl-C ends it.");
    await running;
});
return await command.Parse(args).InvokeAsync();

internal sealed class Print : IBootObserver
{
    public void Observe(BootObservation observation)
    {
        if (observation is not BootObservation.FileTransfer file) return;
        Console.WriteLine(
            $"{file.At:T} {file.Client} {file.Name}: {file.Outcome}, {file.Bytes} bytes in {file.Took.TotalSeconds:F3} s ({file.Detail})");
    }
}
