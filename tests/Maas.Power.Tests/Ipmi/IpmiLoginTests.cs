using System.Threading.Channels;
using Maas.Power.Ipmi;
using Maas.Power.Ipmi.Wire;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Power.Tests.Ipmi;

/// <summary>Retransmission and silence, by a clock that the test moves and datagrams that leave no process.</summary>
public sealed class IpmiLoginTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static readonly IpmiConnectionSettings Settings = new() { Host = "bmc", UserName = "admin", Password = "secret" };

    private readonly FakeTimeProvider _time = new();
    private readonly MemoryChannel _channel = new();

    private Task<IpmiSession> Connect(IpmiConnectionSettings? settings = null, int attempts = 3) =>
        new IpmiClient(
            new IpmiClientOptions { Attempts = attempts }, _time, (_, _) => Task.FromResult<IDatagramChannel>(_channel))
            .ConnectAsync(settings ?? Settings, Stop);

    [Fact]
    public async Task Silence_is_no_answer_after_as_many_datagrams_as_the_options_say()
    {
        var connecting = Connect();
        var first = await _channel.Sent.ReadAsync(Stop);
        for (var again = 0; again < 2; again++)
        {
            _time.Advance(TimeSpan.FromSeconds(2));
            (await _channel.Sent.ReadAsync(Stop)).Should().Equal(first, "it is the same datagram");
        }

        _time.Advance(TimeSpan.FromSeconds(2));
        (await connecting.Invoking(c => c).Should().ThrowAsync<IpmiException>()).Which.Error.Should().Be(IpmiError.NoAnswer);
        _channel.IsDisposed.Should().BeTrue();
    }

    [Fact]
    public async Task A_controller_that_is_silent_on_suite_17_is_asked_for_suite_3()
    {
        var connecting = Connect(With(IpmiWorkarounds.SkipCapabilities), attempts: 1);
        Request(await _channel.Sent.ReadAsync(Stop)).Authentication.Should().Be(CipherSuite.Sha256.Authentication);
        _time.Advance(TimeSpan.FromSeconds(2));
        Request(await _channel.Sent.ReadAsync(Stop)).Authentication.Should().Be(CipherSuite.Sha1.Authentication);
        _time.Advance(TimeSpan.FromSeconds(2));
        await connecting.Invoking(c => c).Should().ThrowAsync<IpmiException>();
    }

    [Fact]
    public async Task A_controller_of_IPMI_1_5_is_refused_unless_that_is_allowed()
    {
        byte[] old = [0, 1, 0x04, 0, 0, 0, 0, 0, 0];
        foreach (var protocol in new[] { IpmiProtocol.Ipmi20, IpmiProtocol.Automatic })
        {
            var connecting = Connect(With(protocol: protocol), attempts: 1);
            await _channel.Sent.ReadAsync(Stop);
            _channel.Deliver(Reply(IpmiCommand.GetChannelAuthenticationCapabilities, old));
            if (protocol == IpmiProtocol.Automatic)
            {
                Sessionless(await _channel.Sent.ReadAsync(Stop)).Should().Be(IpmiCommand.GetSessionChallenge.Number);
                _channel.Deliver(Reply(IpmiCommand.GetSessionChallenge, [0x81]));
            }

            (await connecting.Invoking(c => c).Should().ThrowAsync<IpmiException>()).Which.Error
                .Should().Be(protocol == IpmiProtocol.Automatic ? IpmiError.UnknownUser : IpmiError.ProtocolNotSupported);
        }
    }

    [Theory]
    [InlineData(0x01, IpmiError.NoFreeSession)]
    [InlineData(0x09, IpmiError.PrivilegeRefused)]
    [InlineData(0x0d, IpmiError.UnknownUser)]
    [InlineData(0x0f, IpmiError.WrongPassword)]
    [InlineData(0x11, IpmiError.NoCipherSuite)]
    [InlineData(0x12, IpmiError.Malformed)]
    [InlineData(0xee, IpmiError.Malformed)]
    public void Every_status_has_a_name(byte status, IpmiError error)
    {
        var login = new RakpLogin(Settings, CipherSuite.Sha1);
        login.Receive(Plain(PayloadType.OpenSessionResponse, [1, status, 0, 0]))
            .Should().BeOfType<LoginStep.Refused>().Which.Reason.Error.Should().Be(error);
    }

    [Fact]
    public void What_is_not_the_answer_is_ignored()
    {
        var login = new RakpLogin(Settings, CipherSuite.Sha1);
        var request = Request(login.Datagram.ToArray());
        byte[][] others =
        [
            [],
            [6, 0, 255, 6, 0, 0],
            Plain(PayloadType.OpenSessionResponse, [9, 0, 0, 0]),
            Plain(PayloadType.Rakp2, [1, 0, 0, 0]),
            Plain(PayloadType.OpenSessionResponse, Opened(tag: 2, request.ConsoleSessionId)),
            Plain(PayloadType.OpenSessionResponse, Opened(tag: 1, request.ConsoleSessionId + 1)),
        ];
        foreach (var other in others) login.Receive(other).Should().BeOfType<LoginStep.Ignored>();
        login.Receive(Plain(PayloadType.OpenSessionResponse, Opened(1, request.ConsoleSessionId))).Should().BeOfType<LoginStep.Next>();
    }

    [Fact]
    public void A_controller_that_chooses_a_weaker_suite_is_refused()
    {
        var login = new RakpLogin(Settings, CipherSuite.Sha256);
        var request = Request(login.Datagram.ToArray());
        login.Receive(Plain(PayloadType.OpenSessionResponse, Opened(1, request.ConsoleSessionId)))
            .Should().BeOfType<LoginStep.Refused>().Which.Reason.Error.Should().Be(IpmiError.NoCipherSuite);
    }

    private static IpmiConnectionSettings With(
        IpmiWorkarounds workarounds = IpmiWorkarounds.None, IpmiProtocol protocol = IpmiProtocol.Ipmi20) =>
        new() { Host = "bmc", UserName = "admin", Password = "secret", Workarounds = workarounds, Protocol = protocol };

    private static byte[] Opened(byte tag, uint console)
    {
        var buffer = new byte[64];
        return buffer[..new OpenSessionResponse(tag, RakpStatus.Ok, console, 7, 1, 1, 1).Write(buffer, 4)];
    }

    private static OpenSessionRequest Request(byte[] datagram)
    {
        SessionPacket.TryParse(datagram, out var packet).Should().BeTrue();
        OpenSessionRequest.TryParse(packet.Payload, out var request).Should().BeTrue();
        return request;
    }

    private static byte Sessionless(byte[] datagram)
    {
        SessionPacket.TryParse(datagram, out var packet).Should().BeTrue();
        LanMessage.TryParse(packet.Payload, out var message).Should().BeTrue();
        return message.Command;
    }

    private static byte[] Plain(PayloadType type, byte[] payload)
    {
        var datagram = new byte[256];
        return datagram[..SessionPacket.WriteRmcpPlus(type, isProtected: false, 0, 0, payload, datagram)];
    }

    private static byte[] Reply(IpmiCommand command, byte[] data)
    {
        var (payload, datagram) = (new byte[64], new byte[128]);
        var length = new LanMessage
        {
            To = LanMessage.Console,
            NetFunction = (byte)(command.NetFunction | 1),
            From = LanMessage.Controller,
            Command = command.Number,
            Data = data,
        }.Write(payload);
        return datagram[..SessionPacket.WriteLegacy(AuthenticationType.None, 0, 0, default, payload.AsSpan(0, length), datagram)];
    }

    private sealed class MemoryChannel : IDatagramChannel
    {
        private readonly Channel<byte[]> _sent = Channel.CreateUnbounded<byte[]>();
        private readonly Channel<byte[]> _received = Channel.CreateUnbounded<byte[]>();

        public ChannelReader<byte[]> Sent => _sent.Reader;

        public bool IsDisposed { get; private set; }

        public void Deliver(byte[] datagram) => _received.Writer.TryWrite(datagram);

        public ValueTask SendAsync(ReadOnlyMemory<byte> datagram, CancellationToken cancellationToken) =>
            _sent.Writer.WriteAsync(datagram.ToArray(), cancellationToken);

        public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            var datagram = await _received.Reader.ReadAsync(cancellationToken);
            datagram.CopyTo(buffer);
            return datagram.Length;
        }

        public ValueTask DisposeAsync()
        {
            IsDisposed = true;
            return ValueTask.CompletedTask;
        }
    }
}
