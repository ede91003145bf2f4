using System.CommandLine;
using MaasNet.Output;
using VmLab;

namespace MaasNet.Commands;

/// <summary>Servers in this process.</summary>
internal static class ServerCommands
{
    /// <summary>For the help alone: <see cref="CommandTree.RunAsync"/> hands the arguments on.</summary>
    public static Command Serve() => new("serve", "Run a MAAS server: see 'maas-net serve --help' for its options.");

    public static Command Demo()
    {
        var count = new Argument<int>("count")
        {
            Description = "How many simulated machines (default 12).",
            DefaultValueFactory = _ => 12,
        };
        var command = new Command("demo", "Run a server with simulated machines on loopback, without root; Ctrl-C leaves nothing behind.")
        {
            Arguments = { count },
        };
        command.SetAction((parsed, _) => MaasServer.Server.RunAsync(["--demo", $"{parsed.GetValue(count)}"]));
        return command;
    }

    public static Command Lab()
    {
        var command = new Command(
            "lab", "Take a BIOS and a UEFI machine in QEMU through their whole life. For Debian, as root; it takes some ten minutes.");
        command.SetAction(async (_, cancellationToken) =>
        {
            if (OperatingSystem.IsLinux()) return await LabShow.RunAsync(cancellationToken);
            Report.Error("the lab needs Linux");
            return ExitCode.Refused;
        });
        return command;
    }
}
