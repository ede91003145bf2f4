using CsCheck;
using Maas.Judges;

namespace Maas.Core.Tests;

public class TextDiffTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Equal_texts_have_no_difference() => TextDiff.Unified("a\nb\n", "a\nb\n").Should().BeEmpty();

    [Fact]
    public void A_change_is_shown_with_the_lines_around_it() =>
        TextDiff.Unified("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n", "old", "new")
            .Should().Be("--- old\n+++ new\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");

    [Fact]
    public async Task It_is_what_diff_prints()
    {
        Judge.RequireAll("diff");
        var folder = Directory.CreateTempSubdirectory("maas-diff-");
        try
        {
            var random = new Random(11);
            for (var round = 0; round < 20; round++)
            {
                var old = string.Concat(Enumerable.Range(0, 40).Select(at => $"line {at}\n"));
                var now = string.Concat(Enumerable.Range(0, 40).Where(_ => random.Next(12) > 0)
                    .Select(at => random.Next(12) == 0 ? $"changed {at}\n" : $"line {at}\n"));
                var (before, after) = (Path.Combine(folder.FullName, "before"), Path.Combine(folder.FullName, "after"));
                await File.WriteAllTextAsync(before, old, Token);
                await File.WriteAllTextAsync(after, now, Token);
                var verdict = await Judge.RunAsync("diff", ["-u", "--label", "before", "--label", "after", before, after], null, Token);
                TextDiff.Unified(old, now).Should().Be(verdict.Output);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Any_two_texts_have_a_difference_unless_they_are_equal() =>
        Gen.Select(LineOf("a\n", "b\n", "", "a").Array[0, 12], LineOf("a\n", "b\n", "c\n", "").Array[0, 12])
            .Sample((old, now) => TextDiff.Unified(string.Concat(old), string.Concat(now)).Length == 0
                == (string.Concat(old) == string.Concat(now)));

    private static Gen<string> LineOf(params string[] lines) => Gen.Int[0, lines.Length - 1].Select(at => lines[at]);
}
