using System.Net;
using System.Net.Sockets;
using Maas.Journey.Tests.Lab;
using VmLab.Networks;
using VmLab.Processes;

namespace Maas.Journey.Tests.Networks;

[Collection(LabCollection.Name)]
public class LabNetworkTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_socket_opened_in_the_network_is_not_on_the_hosts()
    {
        LabJudges.RequireNetwork();
        await using var network = await LabNetwork.CreateAsync(Token);
        using var inside = network.OpenSocket(SocketType.Stream, ProtocolType.Tcp);

        inside.Bind(new IPEndPoint(LabNetwork.ServerAddress, 0));

        using var outside = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        outside.Invoking(socket => socket.Bind(new IPEndPoint(LabNetwork.ServerAddress, 0))).Should().Throw<SocketException>();
    }

    [Fact]
    public async Task A_network_is_gone_when_disposed_with_the_programs_in_it()
    {
        LabJudges.RequireNetwork();
        var network = await LabNetwork.CreateAsync(Token);
        using var console = new ConsoleLog(TimeProvider.System);
        var program = LabProcess.Start(network.Command("sleep", "600"), console);

        await network.DisposeAsync();

        (await program.WaitForExitAsync(Token)).Should().NotBe(0);
        (await HostCommand.RunAsync("ip", ["netns", "list"], Token)).Should().NotContain(network.Name);
    }

    [Fact]
    public async Task What_a_crashed_run_left_is_cleared_by_the_next()
    {
        LabJudges.RequireNetwork();
        // Process numbers end at 2^22: this owner cannot live.
        const string left = "maaslab-4194305-1-1";
        await HostCommand.RunAsync("ip", ["netns", "add", left], Token);

        await using var network = await LabNetwork.CreateAsync(Token);

        var names = await HostCommand.RunAsync("ip", ["netns", "list"], Token);
        names.Should().NotContain(left).And.Contain(network.Name);
    }
}
