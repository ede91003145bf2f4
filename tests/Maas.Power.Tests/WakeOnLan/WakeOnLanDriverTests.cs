using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Maas.Judges;
using Maas.Power.WakeOnLan;

namespace Maas.Power.Tests.WakeOnLan;

public sealed class WakeOnLanDriverTests : IDisposable
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private const string Mac = "52:54:00:12:34:56";
    private readonly Socket _sleeper = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly WakeOnLanDriver _driver = new(new() { Repetitions = 2, Pause = TimeSpan.Zero });

    public WakeOnLanDriverTests() => _sleeper.Bind(new IPEndPoint(IPAddress.Loopback, 0));

    public void Dispose() => _sleeper.Dispose();

    private PowerTarget Sleeper(string password = "", string mac = Mac) => new("wakeonlan", new Dictionary<string, string>
    {
        ["mac_address"] = mac, ["power_address"] = _sleeper.LocalEndPoint!.ToString()!, ["power_pass"] = password,
    });

    private async Task<byte[]> Heard()
    {
        var buffer = new byte[1500];
        return buffer[..await _sleeper.ReceiveAsync(buffer, Stop)];
    }

    [Fact]
    public async Task The_packet_on_the_wire_is_six_FF_and_sixteen_times_the_address()
    {
        (await _driver.TurnOnAsync(Sleeper(), Stop)).Should().BeOfType<PowerResult.Accepted>();

        byte[] expected =
        [
            0xff, 0xff, 0xff, 0xff, 0xff, 0xff, .. Enumerable.Repeat<byte[]>([0x52, 0x54, 0x00, 0x12, 0x34, 0x56], 16).SelectMany(b => b)
        ];
        (await Heard()).Should().Equal(expected);
        (await Heard()).Should().Equal(expected);
        _sleeper.Available.Should().Be(0);
    }

    [Theory]
    [InlineData("01:02:03:04:05:06", new byte[] { 1, 2, 3, 4, 5, 6 })]
    [InlineData("10.20.30.255", new byte[] { 10, 20, 30, 255 })]
    public async Task A_SecureOn_password_follows_the_addresses(string password, byte[] bytes)
    {
        await _driver.TurnOnAsync(Sleeper(password), Stop);
        (await Heard())[MagicPacket.Length..].Should().Equal(bytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("52:54:00:12:34")]
    [InlineData("not a mac")]
    public async Task A_wrong_MAC_address_is_an_answer_and_sends_nothing(string mac)
    {
        (await _driver.TurnOnAsync(Sleeper(mac: mac), Stop)).Should().BeOfType<PowerResult.Failed>().Which.Failure.Should()
            .Be(PowerFailure.BadParameters);
        _sleeper.Available.Should().Be(0);
    }

    [Theory]
    [InlineData("secret")]
    [InlineData("1.2.3.256")]
    [InlineData("01:02:03")]
    public async Task A_wrong_password_is_an_answer_that_does_not_repeat_it(string password)
    {
        var answer = await _driver.TurnOnAsync(Sleeper(password), Stop);
        answer.Should().BeOfType<PowerResult.Failed>().Which.Failure.Should().Be(PowerFailure.BadParameters);
        answer.ToString().Should().NotContain(password);
    }

    [Fact]
    public async Task What_a_magic_packet_cannot_do_is_unsupported_and_no_exception()
    {
        (await _driver.QueryAsync(Sleeper(), Stop)).Should().BeOfType<PowerResult.Unsupported>().Which.State.Should()
            .Be(PowerState.Unknown);
        (await _driver.TurnOffAsync(Sleeper(), PowerOffMode.Hard, Stop)).Should().BeOfType<PowerResult.Unsupported>();
        (await _driver.SetNextBootAsync(Sleeper(), NextBoot.Network, Stop)).Should().BeOfType<PowerResult.Unsupported>();
    }

    [Theory]
    [InlineData("eth0", NetworkInterfaceType.Ethernet, "525400123456", true)]
    [InlineData("enp0s31f6", NetworkInterfaceType.Ethernet, "525400123456", true)]
    [InlineData("wlan0", NetworkInterfaceType.Wireless80211, "525400123456", true)]
    [InlineData("bond0", NetworkInterfaceType.Ethernet, "525400123456", true)]
    [InlineData("br0", NetworkInterfaceType.Ethernet, "525400123456", true)]
    [InlineData("br-lan", NetworkInterfaceType.Ethernet, "525400123456", true)]
    [InlineData("virbr0", NetworkInterfaceType.Ethernet, "525400123456", true)]
    [InlineData("tap0", NetworkInterfaceType.Ethernet, "525400123456", true)]
    [InlineData("lo", NetworkInterfaceType.Loopback, "000000000000", false)]
    [InlineData("tun0", NetworkInterfaceType.Unknown, "", false)]
    [InlineData("office", NetworkInterfaceType.Unknown, "", false)]
    [InlineData("wg0", NetworkInterfaceType.Ethernet, "", false)]
    [InlineData("ppp0", NetworkInterfaceType.Ppp, "", false)]
    [InlineData("sit0", NetworkInterfaceType.Tunnel, "00000000", false)]
    [InlineData("docker0", NetworkInterfaceType.Ethernet, "024200123456", false)]
    [InlineData("br-0123456789ab", NetworkInterfaceType.Ethernet, "024200123456", false)]
    [InlineData("veth12ab34c", NetworkInterfaceType.Ethernet, "024200123456", false)]
    [InlineData("cni0", NetworkInterfaceType.Ethernet, "024200123456", false)]
    [InlineData("zt5u4y6l2k", NetworkInterfaceType.Ethernet, "024200123456", false)]
    public void Only_a_link_that_may_hold_a_machine_gets_the_packet(string name, NetworkInterfaceType type, string hardware, bool it) =>
        WakeLink.CanHoldMachine(name, type, PhysicalAddress.Parse(hardware)).Should().Be(it);

    [Fact]
    public async Task Without_an_address_the_answer_names_the_links_that_were_used()
    {
        var answer = await _driver.TurnOnAsync(new PowerTarget("wakeonlan", [KeyValuePair.Create("mac_address", Mac)]), Stop);

        var links = WakeLink.OfThisHost();
        if (answer is PowerResult.Accepted accepted)
            accepted.What.Should().ContainAll(links.Select(link => $"{link.Broadcast}:9 on {link.Name}"));
        else
            answer.Should().BeOfType<PowerResult.Failed>().Which.Reason.Should()
                .Contain(links.Count == 0 ? "No network interface that may hold the machine is up" : "could not be sent");
    }

    [Fact]
    public async Task A_frame_of_its_own_type_leaves_by_the_interface_that_is_named()
    {
        Judge.RequireRoot();
        Judge.RequireAll("ip");
        await Run("link add wol0 type veth peer name wol1");
        try
        {
            await Run("link set wol0 up");
            await Run("link set wol1 up");
            using var peer = new Socket(AddressFamily.Packet, SocketType.Raw, (ProtocolType)0x4208); // 0x0842 in network order
            var driver = new WakeOnLanDriver(new() { Transport = WakeTransport.Frame, Repetitions = 1 });
            var target = new PowerTarget("wakeonlan", new Dictionary<string, string>
            {
                ["mac_address"] = Mac, ["power_interface"] = "wol0", ["power_pass"] = "01:02:03:04:05:06",
            });
            var answer = await driver.TurnOnAsync(target, Stop);
            answer.Should().BeOfType<PowerResult.Accepted>().Which.What.Should().Contain("the link wol0");
            var frame = new byte[1500];
            var length = await peer.ReceiveAsync(frame, Stop);
            frame[..6].Should().OnlyContain(octet => octet == 0xff, "it is broadcast");
            frame[12..14].Should().Equal(0x08, 0x42);
            frame[14..length].Should().Equal(MagicPacket.Build(PhysicalAddress.Parse(Mac), [1, 2, 3, 4, 5, 6]));
        }
        finally
        {
            await Run("link del wol0");
        }

        static async Task Run(string command) =>
            (await Judge.RunAsync("ip", command.Split(' '), cancellationToken: Stop)).ExitCode.Should().Be(0, "ip {0}", command);
    }

    [Fact]
    public async Task An_interface_that_this_host_lacks_is_an_answer()
    {
        var driver = new WakeOnLanDriver(new() { Transport = WakeTransport.Both, Repetitions = 1 });
        var target = new PowerTarget("wakeonlan", new Dictionary<string, string>
        {
            ["mac_address"] = Mac, ["power_interface"] = "no-such-link",
        });
        (await driver.TurnOnAsync(target, Stop)).Should().BeOfType<PowerResult.Failed>()
            .Which.Failure.Should().Be(PowerFailure.Unreachable);
    }

    [Fact]
    public void Only_an_address_of_six_octets_makes_a_packet() =>
        FluentActions.Invoking(() => MagicPacket.Build(PhysicalAddress.Parse("0102"))).Should().Throw<ArgumentException>();
}
