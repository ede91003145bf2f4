using Microsoft.Extensions.Time.Testing;

namespace Maas.Postgres.Tests;

public sealed class DatabaseClockTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);
    private readonly FakeTimeProvider _host = new(Noon);

    [Fact]
    public void Before_the_first_transaction_it_is_the_hosts() => new DatabaseClock(_host).GetUtcNow().Should().Be(Noon);

    [Fact]
    public void It_shows_the_databases_time_and_goes_on_by_the_hosts_timestamps()
    {
        var clock = new DatabaseClock(_host);
        clock.Set(Noon.AddDays(-1), _host.GetTimestamp());
        _host.Advance(TimeSpan.FromSeconds(7));

        clock.GetUtcNow().Should().Be(Noon.AddDays(-1).AddSeconds(7));
    }

    [Fact]
    public void It_does_not_follow_the_hosts_clock_when_that_is_set()
    {
        var host = new ShiftedClock(TimeSpan.Zero);
        var clock = new DatabaseClock(host);
        clock.Set(Noon, host.GetTimestamp());
        host.Shift = TimeSpan.FromDays(1);

        clock.GetUtcNow().Should().BeCloseTo(Noon, TimeSpan.FromHours(1));
    }

    [Fact]
    public void The_time_of_an_answer_is_in_the_middle_of_its_way()
    {
        var clock = new DatabaseClock(_host);
        var sent = _host.GetTimestamp();
        _host.Advance(TimeSpan.FromSeconds(2));
        clock.Set(Noon.AddHours(1), sent);

        clock.GetUtcNow().Should().Be(Noon.AddHours(1).AddSeconds(1));
    }

    [Fact]
    public void Small_differences_do_not_set_it()
    {
        var clock = new DatabaseClock(_host);
        clock.Set(Noon, _host.GetTimestamp());
        clock.Set(Noon.AddMilliseconds(400), _host.GetTimestamp());

        clock.GetUtcNow().Should().Be(Noon);
    }
}
