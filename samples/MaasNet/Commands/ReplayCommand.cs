using System.Buffers.Binary;
using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Maas.Boot.Capture;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Files;
using Maas.Boot.Replay;

namespace MaasNet.Commands;

/// <summary><c>maas-net replay</c>: what this server would have answered in a capture.</summary>
internal static class ReplayCommand
{
    private const long MostBytes = 256 << 20;

    public static Command Create()
    {
        var file = new Argument<FileInfo>("file") { Description = "A capture, pcap or pcapng.", HelpName = "FILE" };
        var subnet = new Option<string>("--subnet")
        {
            Description = "The subnet that addresses are leased from.",
            HelpName = "CIDR",
            DefaultValueFactory = _ => "10.0.0.0/24",
        };
        var range = new Option<string?>("--range")
        {
            Description = "The addresses to lease (default: all of the subnet).",
            HelpName = "A-B",
        };
        var folder = new Option<DirectoryInfo?>("--files")
        {
            Description = "The folder that TFTP serves (default: what the capture shows).",
            HelpName = "DIR",
        };
        var command = new Command(
            "replay", "Give the clients' packets of a capture to this server's DHCP and TFTP, and compare the answers.")
        {
            Arguments = { file },
            Options = { subnet, range, folder },
        };
        Session.OnRunLocally(command, async (parsed, report, cancellationToken) =>
        {
            var capture = parsed.GetRequiredValue(file);
            if (!capture.Exists) throw new UsageException($"{capture.FullName} does not exist");
            if (capture.Length > MostBytes) throw new UsageException($"{capture.Name} is larger than {MostBytes >> 20} MiB");
            var packets = PcapReader.Read(await File.ReadAllBytesAsync(capture.FullName, cancellationToken));
            var replay = new PacketReplay(packets);
            if (!IPNetwork.TryParse(parsed.GetRequiredValue(subnet), out var network))
                throw new UsageException($"{parsed.GetValue(subnet)} is no subnet such as 10.0.0.0/24");
            var addresses = await LeaseAllocator.OpenAsync(
                [new DhcpSubnet { Network = network, Ranges = [RangeOf(parsed.GetValue(range), network)] }],
                new InMemoryLeaseStore(),
                timeProvider: replay.Clock,
                cancellationToken: cancellationToken);
            IBootFiles files = parsed.GetValue(folder) is { } served
                ? new DirectoryBootFiles(served.FullName)
                : new CapturedFiles(packets);
            var steps = await replay.RunAsync(
                new DhcpServerOptions(), addresses, files: files, cancellationToken: cancellationToken);
            foreach (var step in steps) report.Line(step.ToString() ?? "");
            report.Result(
                string.Create(CultureInfo.InvariantCulture, $"{packets.Count} packets, {steps.Count} of clients"),
                ("packets", packets.Count), ("steps", new JsonArray([.. steps.Select(Describe)])));
        });
        return command;
    }

    private static JsonNode Describe(ReplayStep step) => new JsonObject
    {
        ["source"] = step.Asked.Source.ToString(), ["destination"] = step.Asked.Destination.ToString(),
        ["answers"] = step.Answers.Count, ["captured"] = step.Captured.Count, ["rule"] = step.Rule,
        ["differences"] = new JsonArray([.. step.Differences.Select(difference => (JsonNode)difference)]), ["text"] = step.ToString(),
    };

    private static AddressRange RangeOf(string? text, IPNetwork network)
    {
        if (text is not null)
            return AddressRange.TryParse(text, out var range) ? range : throw new UsageException($"{text} is no range FIRST-LAST");
        if (network.PrefixLength is > 30 or 0 || network.BaseAddress.AddressFamily != AddressFamily.InterNetwork)
            throw new UsageException($"{network} has no IPv4 addresses to lease");
        var first = BinaryPrimitives.ReadUInt32BigEndian(network.BaseAddress.GetAddressBytes());
        return new AddressRange(AddressOf(first + 1), AddressOf(first + (1u << (32 - network.PrefixLength)) - 2));
    }

    private static IPAddress AddressOf(uint value)
    {
        var octets = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(octets, value);
        return new IPAddress(octets);
    }
}
