using System.Net;
using Maas.Boot.Net;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Boot.Tests.Net;

public class InterfaceWatchTests
{
    private static readonly IPAddress Old = IPAddress.Parse("10.0.0.1"), New = IPAddress.Parse("10.0.0.2");

    public static TheoryData<int?, string?, string?> Changes => new()
    {
        { 7, "10.0.0.1", null },
        { 7, "10.0.0.1,10.0.0.2", null },
        { 7, "10.0.0.2", "The interface eth7 no longer has the address 10.0.0.1." },
        { 7, "", "The interface eth7 no longer has the address 10.0.0.1." },
        { 8, "10.0.0.1", "The interface eth7 was removed and created again." },
        { null, null, "The interface eth7 was removed." },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task What_has_changed_is_said_within_a_second(int? index, string? addresses, string? expected)
    {
        var state = new InterfaceState(7, [Old]);
        var present = (InterfaceState?)state;
        var time = new FakeTimeProvider();
        using var watch = new InterfaceWatch("eth7", time, Old, read: _ => Volatile.Read(ref present));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var watching = watch.RunAsync(stop.Token);
        // there are some where there is an index
        Volatile.Write(
            ref present,
            index is null
                ? null
                : new InterfaceState(
                    index.Value, [.. addresses!.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(IPAddress.Parse)]));
        time.Advance(TimeSpan.FromSeconds(1));
        if (expected is null)
        {
            watch.Change().Should().BeNull();
            await stop.CancelAsync();
            await FluentActions.Awaiting(() => watching).Should().ThrowAsync<OperationCanceledException>();
        }
        else
        {
            await FluentActions.Awaiting(() => watching.WaitAsync(TimeSpan.FromSeconds(20)))
                .Should()
                .ThrowAsync<InterfaceChangedException>()
                .WithMessage(expected);
        }
    }

    [Fact]
    public void An_address_that_is_not_on_the_interface_is_not_waited_for()
    {
        using var watch = new InterfaceWatch("eth7", TimeProvider.System, New, read: _ => new InterfaceState(7, [Old]));
        watch.Change().Should().BeNull();
    }

    [Fact]
    public void An_interface_that_cannot_be_read_for_want_of_descriptors_is_not_taken_for_removed()
    {
        var isReadable = true;
        using var watch = new InterfaceWatch(
            "eth7",
            TimeProvider.System,
            Old,
            read: _ => isReadable ? new InterfaceState(7, [Old]) : throw new System.Net.NetworkInformation.NetworkInformationException(24));
        isReadable = false;
        watch.Change().Should().BeNull();
    }

    [Fact]
    public void Loopback_is_read_with_its_number_and_address() =>
        InterfaceState.Read("lo").Should().Match<InterfaceState>(s => s.Index > 0 && s.Addresses!.Contains(IPAddress.Loopback));

    /// <summary>Handlers of NetworkChange that come and go on several threads stop all of them, now and then.</summary>
    [Fact]
    public async Task Waits_that_begin_and_end_together_do_not_stop_each_other()
    {
        var cancelled = new CancellationToken(canceled: true);
        var waiting = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var wait = 0; wait < 5_000; wait++)
                await NetworkNotification.WaitAsync(TimeSpan.FromDays(1), TimeProvider.System, cancelled);
        }));
        await Task.WhenAll(waiting).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
    }
}
