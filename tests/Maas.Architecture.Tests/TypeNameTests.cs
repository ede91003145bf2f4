using System.Reflection;
using Maas.Judges;

namespace Maas.Architecture.Tests;

/// <summary>One word for one thing: an application that references several packages needs no aliases.</summary>
public class TypeNameTests
{
    [Fact]
    public void No_public_type_name_is_in_two_packages() =>
        Repository.Packages
            .SelectMany(package => Assembly.Load(package).GetExportedTypes()
                .Where(type => !type.IsNested)
                .Select(type => (package, type.Name)))
            .GroupBy(type => type.Name, StringComparer.Ordinal)
            .Where(same => same.Count() > 1)
            .Select(same => $"{same.Key}: {string.Join(", ", same.Select(type => type.package))}")
            .Should().BeEmpty();
}
