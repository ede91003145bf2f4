using System.Net;
using System.Net.Sockets;
using Maas.Testing.Tests.Servers;
using Maas.Testing.Tftp;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Testing.Tests.Tftp;

public sealed class TftpClientTests : IAsyncDisposable
{
    private readonly BootFilesInMemory _files = new();
    private readonly RunningTftp _server;

    public TftpClientTests() => _server = new RunningTftp(_files);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task<byte[]> FetchAsync(int length, TftpClientOptions options)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        _files["file"] = bytes;
        using var received = new MemoryStream();
        (await new TftpClient(options).FetchAsync(_server.EndPoint, "file", received, Stop)).Should().Be(length);
        received.ToArray().Should().Equal(bytes);
        return bytes;
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData(513)]
    [InlineData(100_000)]
    public Task Files_of_any_length_arrive_without_options(int length) => FetchAsync(length, new());

    [Theory]
    [InlineData(1456, null, true)]
    [InlineData(1468, 4, false)]
    [InlineData(1408, 16, true)]
    [InlineData(8, 64, true)]
    public Task Files_arrive_with_options(int blockSize, int? windowSize, bool askSize) =>
        FetchAsync(70_000, new() { BlockSize = blockSize, WindowSize = windowSize, AskSize = askSize });

    [Fact]
    public Task Block_numbers_roll_over() => FetchAsync(8 * 70_000, new() { BlockSize = 8, WindowSize = 64 });

    [Theory]
    [InlineData(0.1, 0, 1)]
    [InlineData(0, 0.2, 2)]
    [InlineData(0.1, 0.1, 3)]
    public Task Files_arrive_on_a_network_that_loses_and_repeats(double loss, double duplication, int seed) =>
        FetchAsync(
            60_000,
            new()
            {
                BlockSize = 1024,
                WindowSize = 8,
                Patience = TimeSpan.FromMilliseconds(30),
                Repetitions = 100,
                Faults = new(loss, duplication, seed)
            });

    [Fact]
    public async Task A_length_can_be_asked_for_alone()
    {
        _files["file"] = new byte[4711];
        (await new TftpClient(new() { BlockSize = 1468, WindowSize = 4 }).AskLengthAsync(_server.EndPoint, "file", Stop)).Should().Be(4711);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_an_error_with_the_servers_code() =>
        (await FluentActions.Awaiting(() => new TftpClient().FetchAsync(_server.EndPoint, "nothing", Stream.Null, Stop))
            .Should()
            .ThrowAsync<TftpException>())
            .Which.Code.Should().Be(1);

    [Fact]
    public async Task A_server_that_is_silent_is_given_up()
    {
        using var deaf = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        deaf.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var time = new FakeTimeProvider();
        var fetch = new TftpClient(new() { Repetitions = 3 }, time).FetchAsync((IPEndPoint)deaf.LocalEndPoint!, "file", Stream.Null, Stop);
        while (!fetch.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await FluentActions.Awaiting(() => fetch).Should().ThrowAsync<TftpException>().WithMessage("*silent*");
        var requests = 0;
        for (; deaf.Available > 0; requests++) deaf.Receive(new byte[600]);
        requests.Should().Be(4);
    }
}
