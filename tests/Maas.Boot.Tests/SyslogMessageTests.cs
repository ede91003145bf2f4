using System.Text;
using CsCheck;
using Maas.Boot.Syslog;

namespace Maas.Boot.Tests;

public class SyslogMessageTests
{
    [Fact]
    public void The_first_example_of_RFC_5424_is_read()
    {
        var message =
            Parse("<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \ufeff'su root' failed for lonvick on /dev/pts/8");
        message.Facility.Should().Be(4);
        message.Severity.Should().Be(2);
        message.Timestamp.Should().Be(new DateTimeOffset(2003, 10, 11, 22, 14, 15, 3, TimeSpan.Zero));
        message.HostName.Should().Be("mymachine.example.com");
        message.Program.Should().Be("su");
        message.ProcessId.Should().BeNull();
        message.Text.Should().Be("'su root' failed for lonvick on /dev/pts/8");
    }

    [Theory]
    [InlineData(
        """<165>1 2003-10-11T22:14:15.003Z h evntslog - ID47 [exampleSDID@32473 iut="3" x="a\]b"][other a="1"] An event""", "An event")]
    [InlineData("""<165>1 2003-10-11T22:14:15.003Z h evntslog - ID47 [exampleSDID@32473 iut="3"]""", "")]
    [InlineData("<165>1 - - - - - - text only", "text only")]
    public void Structured_data_is_stepped_over(string line, string text) => Parse(line).Text.Should().Be(text);

    [Theory]
    [InlineData("<34>Oct 11 22:14:15 mymachine su: 'su root' failed", "mymachine", "su", null, "'su root' failed")]
    [InlineData("<13>Feb  5 17:32:18 10.0.0.99 cron[312]: started", "10.0.0.99", "cron", "312", "started")]
    [InlineData("<30>Nov 22 22:21:09 anna[6021]: DEBUG: resolver", null, "anna", "6021", "DEBUG: resolver")]
    [InlineData("<6>kernel: eth0: link up", null, "kernel", null, "eth0: link up")]
    [InlineData("<6>no tag here at all", null, null, null, "no tag here at all")]
    public void The_older_forms_are_read_as_far_as_they_go(string line, string? host, string? program, string? process, string text)
    {
        var message = Parse(line);
        (message.HostName, message.Program, message.ProcessId, message.Text).Should().Be((host, program, process, text));
    }

    [Theory]
    [InlineData("no priority")]
    [InlineData("<192>too high")]
    [InlineData("<>empty")]
    [InlineData("<-1>negative")]
    [InlineData("<12345>long")]
    public void A_line_without_a_priority_is_all_text(string line)
    {
        var message = Parse(line);
        message.Text.Should().Be(line);
        (message.Facility, message.Severity).Should().Be((1, 5));
    }

    [Fact]
    public void Control_characters_cannot_forge_a_second_line() =>
        Parse("<6>kernel: a\r\nroot: \u001b[31mb\n").Text.Should().Be("a\\x0d\\x0aroot: \\x1b[31mb");

    [Fact]
    public void No_datagram_throws() =>
        Gen.OneOf(
            Gen.Byte.Array[0, 200],
            Gen.String.AlphaNumeric.Select(s => Encoding.UTF8.GetBytes("<13>1 " + s)),
            Gen.Byte.Array[0, 60].Select(b => "<13>1 - - - - - ["u8.ToArray().Concat(b).ToArray()))
            .Sample(datagram => { SyslogMessage.Parse(datagram).Text.Any(char.IsControl).Should().BeFalse(); });

    [Fact]
    public void A_sender_has_a_budget_of_lines_that_comes_back_with_the_next_window()
    {
        var budget = new SyslogRateLimiter(linesPerSender: 2, TimeSpan.FromSeconds(10), senders: 1);
        var (one, two, now) = (System.Net.IPAddress.Parse("10.0.0.1"), System.Net.IPAddress.Parse("10.0.0.2"), DateTimeOffset.UnixEpoch);
        new[] { budget.TryTake(one, now), budget.TryTake(one, now), budget.TryTake(one, now), budget.TryTake(two, now) }.Should().Equal(
            true, true, false, false);
        budget.TryTake(two, now.AddSeconds(10)).Should().BeTrue();
    }

    private static SyslogMessage Parse(string line) => SyslogMessage.Parse(Encoding.UTF8.GetBytes(line));
}
