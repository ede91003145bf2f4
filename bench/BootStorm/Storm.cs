using System.Diagnostics;
using System.Globalization;
using System.Net;
using Maas.Boot;
using Maas.Testing;

namespace BootStorm;

/// <summary>The machines, and what is said of the servers' process when all are at rest.</summary>
internal static class Storm
{
    public static async Task<int> RunAsync(int machines, double loss, int size, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["serve", "--size", size.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true
        };
        using var server = Process.Start(start) ?? throw new InvalidOperationException("The servers did not start.");
        try
        {
            var ports =
                ((await server.StandardOutput.ReadLineAsync(cancellationToken))
                    ?? throw new InvalidOperationException("The servers ended.")).Split(' ')
                .Select(int.Parse)
                .ToList();
            await using var park = new SimulatedRack();
            foreach (var number in Enumerable.Range(0, machines)) park.Add(Machine(number, loss, ports[0], ports[1]));

            var clock = Stopwatch.StartNew();
            foreach (var machine in park.Machines) machine.TurnOn();
            var booted =
                await Task.WhenAll(park.Machines.Select(
                    async machine => (State: await machine.WhenAtRestAsync(cancellationToken), After: clock.Elapsed)));
            var after = booted.Select(b => b.After.TotalSeconds).Order().ToList();
            var served = booted.Count(b => b.State is SettledState.UnknownKernel);
            server.Refresh();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{served} of {machines} booted  {after[^1]:F1} s (half by {after[after.Count / 2]:F1} s)  server: "
                    + $"{server.TotalProcessorTime.TotalSeconds:F1} s CPU, {server.PeakWorkingSet64 >> 20} MiB at most  all machines: "
                    + $"{Environment.CpuUsage.TotalTime.TotalSeconds:F1} s CPU"));
            await park.DisposeAsync();
            foreach (var machine in park.Machines.Zip(booted)
                .OrderBy(b => b.Second.State is SettledState.UnknownKernel)
                .ThenByDescending(b => b.Second.After)
                .Select(b => b.First)
                .Take(3))
            {
                Console.WriteLine($"  {machine.Mac}:");
                await foreach (var happened in machine.WatchAsync(cancellationToken)) Console.WriteLine($"    {happened}");
            }

            return served == machines ? 0 : 1;
        }
        finally
        {
            server.StandardInput.Close();
            await server.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static SimulatedMachineOptions Machine(int number, double loss, int dhcpPort, int tftpPort) => new()
    {
        Mac = new HardwareAddress(HardwareAddress.Ethernet, [0x52, 0x54, 0, (byte)(number >> 16), (byte)(number >> 8), (byte)number]),
        Firmware = SimulatedFirmware.UefiPxe,
        DiskFolder = null,
        Network = new SimulatedNetwork
        {
            DhcpServers = [new IPEndPoint(IPAddress.Loopback, dhcpPort)],
            TftpPort = tftpPort,
            Faults = new DatagramFaults(loss, 0, number + 1),
            DhcpPatience = TimeSpan.FromSeconds(1),
            DhcpAttempts = 8
        },
    };
}
