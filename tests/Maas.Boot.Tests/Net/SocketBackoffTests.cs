using System.Net.Sockets;
using Maas.Boot.Net;

namespace Maas.Boot.Tests.Net;

public class SocketBackoffTests
{
    [Theory]
    [InlineData(SocketError.NetworkDown)]
    [InlineData(SocketError.NotSocket)]
    [InlineData(SocketError.SocketError)]
    public void An_error_that_lasts_ends_the_loop_after_half_a_minute_of_pauses(SocketError error)
    {
        var backoff = new SocketBackoff();
        var waited = TimeSpan.Zero;
        while (backoff.PauseAfter(new SocketException((int)error)) is { } pause)
        {
            pause.Should().BePositive("a lasting error must not be a busy loop").And.BeLessThanOrEqualTo(SocketBackoff.LongestPause);
            waited += pause;
        }

        waited.Should().BeCloseTo(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(1));
    }

    [Theory]
    [InlineData(SocketError.TooManyOpenSockets)]
    [InlineData(SocketError.NoBufferSpaceAvailable)]
    public void A_lack_of_descriptors_or_memory_is_waited_for_however_long_it_lasts(SocketError error)
    {
        var backoff = new SocketBackoff();
        for (var failure = 0; failure < 1000; failure++) backoff.PauseAfter(new SocketException((int)error)).Should().BePositive();
    }

    [Theory]
    [InlineData(SocketError.ConnectionReset)]
    [InlineData(SocketError.ConnectionAborted)]
    public void What_a_peer_causes_never_ends_the_loop(SocketError error)
    {
        var backoff = new SocketBackoff();
        for (var failure = 0; failure < 1000; failure++)
            backoff.PauseAfter(new SocketException((int)error)).Should().Be(TimeSpan.FromMilliseconds(10));
    }

    [Fact]
    public void A_success_makes_the_next_failure_the_first()
    {
        var backoff = new SocketBackoff();
        for (var failure = 0; failure < 20; failure++) backoff.PauseAfter(new SocketException((int)SocketError.NetworkDown));
        backoff.Reset();
        backoff.PauseAfter(new SocketException((int)SocketError.NetworkDown)).Should().Be(TimeSpan.FromMilliseconds(10));
    }
}
