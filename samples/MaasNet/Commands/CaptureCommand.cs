using System.CommandLine;
using Maas.Client;
using MaasNet.Output;

namespace MaasNet.Commands;

/// <summary><c>maas-net capture</c>: the packets of a machine's boot.</summary>
internal static class CaptureCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("machine") { Description = "System id, host name or MAC address.", HelpName = "MACHINE" };
        var output = new Option<FileInfo?>("--output", "-o") { Description = "The file (default NAME.pcapng).", HelpName = "FILE" };
        var command = new Command(
            "capture", "Download the packets that the server saw of a machine's last boots, for Wireshark and 'maas-net replay'.")
        {
            Arguments = { name },
            Options = { output },
        };
        Session.OnRun(command, async (session, parsed, cancellationToken) =>
        {
            var machine = await session.FindMachineAsync(parsed.GetRequiredValue(name), cancellationToken);
            var file = parsed.GetValue(output) ?? new FileInfo(Path.GetFileName(Column.Text(machine, "hostname")) + ".pcapng");
            await using var packets = await session.Client.OpenAsync(
                $"machines/{Column.Text(machine, "system_id")}/", new MaasForm().Add("op", "get_capture"), cancellationToken);
            await using var target = file.Create();
            await packets.CopyToAsync(target, cancellationToken);
            session.Report.Result(
                $"{file.Name}: {target.Length} bytes", ("file", file.FullName), ("bytes", target.Length));
        });
        return command;
    }
}
