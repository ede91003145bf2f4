using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using CsCheck;
using Maas.Install.Quoting;
using Maas.Judges;
using YamlDotNet.Serialization;

namespace Maas.Install.Tests.Quoting;

/// <summary>What a language's own parser reads is the value that was quoted, whatever it contains.</summary>
public class QuoteTests
{
    private static readonly string[] Attacks =
    [
        "", " ", "a b", "'", "''", "\"", "\\", "a\\", "$(reboot)", "`reboot`", "${IFS}", "; reboot", "&& reboot", "| sh", "#", "a #b",
        "%end", "d-i x/y string z", "{{ 1 }}", "<b>&amp;</b>", "]]>", "<!--", "- a: b", "key: value", "!!python/object", "*alias",
        "&anchor", "@", "%", "~", "null", "yes", "0x10", "\t", "é", "日本", "😀", "a'b\"c\\d$e`f", "*", "?", "[a]", "-n", "--", "!", "^",
        "a\u0000b", "a\nb", "a\rb", "a\u0085b", "a\u2028b", "\ud800", "\ufeff", "\u0007", "\ufffe",
    ];

    private static readonly SearchValues<char> LineBreaks = SearchValues.Create("\n\r\0\u0085\u2028\u2029");
    private static readonly Gen<string> Attack = Gen.Int[0, Attacks.Length - 1].Select(at => Attacks[at]);
    private static readonly Gen<string> Values =
        Gen.Select(Attack, Gen.String, Attack, Gen.Bool, (first, middle, last, whole) => whole ? first + middle + last : first);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void A_YAML_parser_reads_the_value() => Values.Sample(value =>
        Try(Quote.Yaml, value) is not { } quoted
        || new DeserializerBuilder().Build().Deserialize<Dictionary<string, string>>($"key: {quoted}\nnext: 1\n")["key"] == value);

    [Fact]
    public void A_JSON_parser_reads_the_value() => Values.Sample(value =>
        Try(Quote.Json, value) is not { } quoted || JsonDocument.Parse(quoted).RootElement.GetString() == value);

    [Fact]
    public void An_XML_parser_reads_the_value_of_an_element_and_of_an_attribute() => Values.Sample(value =>
    {
        if (Try(Quote.Xml, value) is not { } quoted) return true;
        var element = XElement.Parse($"<a b=\"{quoted}\" c='{quoted}'>{quoted}</a>", LoadOptions.PreserveWhitespace);
        return element.Value == value && element.Attribute("b")!.Value == value && element.Attribute("c")!.Value == value;
    });

    [Fact]
    public void The_result_for_a_language_of_lines_is_one_line() => Values.Sample(value =>
        ((Func<string, string>[])[Quote.Shell, Quote.Preseed, Quote.Kickstart]).All(quote =>
            Try(quote, value)?.AsSpan().ContainsAny(LineBreaks) is not true));

    [Fact]
    public async Task A_shell_reads_the_value()
    {
        var values = Quotable(Quote.Shell);
        var script = new StringBuilder();
        foreach (var value in values) script.Append("printf '%s\\n' ").Append(Quote.Shell(value)).Append('\n');
        foreach (var shell in (string[])["dash", "bash", "busybox"])
        {
            var verdict = await Judge.RunAsync(shell, shell == "busybox" ? ["ash"] : [], script.ToString(), Token);
            verdict.Approved().Output.Should().Be(string.Concat(values.Select(value => value + "\n")), shell);
        }
    }

    [Fact]
    public async Task Anacondas_splitter_reads_the_value()
    {
        const string Program = "import shlex,sys\nfor line in sys.stdin.buffer.read().decode().split('\\n')[:-1]:\n"
            + "    w = shlex.split(line, comments=True)\n    assert len(w) == 3, line\n"
            + "    sys.stdout.buffer.write((w[1] + '\\n').encode())\n";
        var values = Quotable(Quote.Kickstart);
        var lines = string.Concat(values.Select(value => $"user {Quote.Kickstart(value)} end # comment\n"));
        var verdict = await Judge.RunAsync("python3", ["-c", Program], lines, Token);
        verdict.Approved().Output.Should().Be(string.Concat(values.Select(value => value + "\n")));
    }

    [Fact]
    public async Task Debconf_accepts_every_value_as_one_line()
    {
        var values = Quotable(Quote.Preseed);
        var lines = string.Concat(values.Select((value, at) => $"d-i test/value{at} string {Quote.Preseed(value)}\n"));
        (await Judge.RunAsync("debconf-set-selections", ["--checkonly"], lines, Token)).Approved();
    }

    [Theory]
    [InlineData("a\nb")]
    [InlineData("a\rb")]
    [InlineData("a\0b")]
    [InlineData("a\u0085b")]
    [InlineData("a\u2028b")]
    public void What_a_line_cannot_hold_is_refused(string value)
    {
        foreach (var quote in (Func<string, string>[])[Quote.Shell, Quote.Preseed, Quote.Kickstart])
            quote.Invoking(each => each(value)).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Half_a_surrogate_pair_is_refused_by_every_language()
    {
        foreach (var quote in (Func<string, string>[])
            [Quote.Shell, Quote.Preseed, Quote.Kickstart, Quote.Yaml, Quote.Json, Quote.Xml])
            quote.Invoking(each => each("a\ud800b")).Should().Throw<ArgumentException>();
    }

    [Theory]
    [InlineData("a\\")]
    [InlineData(" a")]
    [InlineData("a ")]
    [InlineData("a\tb")]
    public void A_preseed_value_that_debconf_would_change_is_refused(string value) =>
        FluentActions.Invoking(() => Quote.Preseed(value)).Should().Throw<ArgumentException>();

    [Theory]
    [InlineData("abc-1.2_3:/@+,=", true)]
    [InlineData("", true)]
    [InlineData("a b", false)]
    [InlineData("$a", false)]
    [InlineData("a\n", false)]
    [InlineData("ä", false)]
    [InlineData("a#", false)]
    [InlineData("~", false)]
    public void Plain_values_mean_themselves_in_every_language(string value, bool isPlain) => Quote.IsPlain(value).Should().Be(isPlain);

    private static List<string> Quotable(Func<string, string> quote)
    {
        var values = Attacks.ToList();
        var random = new Random(7);
        for (var at = 0; at < 500; at++)
            values.Add(string.Concat(Enumerable.Range(0, random.Next(1, 5)).Select(_ => Attacks[random.Next(Attacks.Length)])));
        return [.. values.Where(value => Try(quote, value) is not null)];
    }

    private static string? Try(Func<string, string> quote, string value)
    {
        try
        {
            return quote(value);
        }
        catch (ArgumentException)
        {
            return null; // refused
        }
    }
}
