using System.Globalization;
using CsCheck;
using Maas.Core.Constraints;

namespace Maas.Core.Tests.Constraints;

public class StorageConstraintTests
{
    [Theory]
    [InlineData("20", "/20000000000/")]
    [InlineData("root:20(ssd,x),1:3", "root/20000000000/ssd,x", "1/3000000000/")]
    [InlineData("0.5(a b)", "/500000000/a b")]
    [InlineData("data:1000(partition),.5,5.", "data/1000000000000/partition", "/500000000/", "/5000000000/")]
    [InlineData("9999999999999999999999999999", "/9223372036854775807/")]
    public void A_list_is_read(string text, params string[] constraints)
    {
        StorageConstraint.TryParse(text, out var read).Should().BeTrue();
        read.Select(each => $"{each.Label}/{each.Size}/{string.Join(',', each.Tags)}").Should().Equal(constraints);
    }

    [Theory]
    [InlineData("")]
    [InlineData("root:twenty")]
    [InlineData("root:")]
    [InlineData(":20")]
    [InlineData("20,")]
    [InlineData(",20")]
    [InlineData("20, 30")]
    [InlineData("20(")]
    [InlineData("20()")]
    [InlineData("20(ssd,)")]
    [InlineData("20(a)30")]
    [InlineData("20(ssd\u0000)")]
    [InlineData("-20")]
    [InlineData("1.2.3")]
    [InlineData(".")]
    [InlineData("2e3")]
    [InlineData("my-root:20")]
    [InlineData("root:20GB")]
    [InlineData("99999999999999999999999999999999")]
    public void Another_text_is_not(string text) => StorageConstraint.TryParse(text, out _).Should().BeFalse();

    [Fact]
    public void Its_length_and_the_number_of_constraints_are_bounded()
    {
        StorageConstraint.TryParse(string.Join(',', Enumerable.Repeat("1", 64)), out _).Should().BeTrue();
        StorageConstraint.TryParse(string.Join(',', Enumerable.Repeat("1", 65)), out _).Should().BeFalse();
        StorageConstraint.TryParse($"1({new string('a', 10_000)})", out _).Should().BeFalse();
    }

    [Fact]
    public void What_is_written_is_read_again()
    {
        var tag = Gen.String[Gen.Char.AlphaNumeric, 1, 5];
        var one = Gen.Select(Gen.String[Gen.Char.AlphaNumeric, 0, 5], Gen.Int[0, 1_000_000], tag.Array[0, 3]);
        one.Array[1, 10].Sample(list =>
        {
            var text = string.Join(',', list.Select(each => (each.Item1.Length > 0 ? each.Item1 + ":" : "")
                + (each.Item2 / 1000m).ToString(CultureInfo.InvariantCulture)
                + (each.Item3.Length > 0 ? $"({string.Join(',', each.Item3)})" : "")));
            StorageConstraint.TryParse(text, out var read).Should().BeTrue(text);
            read.Select(each => (each.Label, each.Size)).Should().Equal(list.Select(each => (each.Item1, each.Item2 * 1_000_000L)));
            read.SelectMany(each => each.Tags).Should().Equal(list.SelectMany(each => each.Item3));
        });
    }

    [Fact]
    public void No_text_throws() => Gen.OneOf(Gen.String, Gen.String[Gen.Char["a1:.,() =;"], 0, 40]).Sample(text =>
    {
        if (StorageConstraint.TryParse(text, out var read)) read.Should().NotBeEmpty().And.OnlyContain(each => each.Size >= 0);
    });
}
