using System.Globalization;
using System.Text.Json;
using Maas.Core.Nodes;
using Maas.Core.Storage;

namespace Maas.Api.Machines;

/// <summary>
/// What answers the labels of an allocation: <c>constraints_by_type</c>, and <c>constraint_map</c>, from which clients of API 1.0 read the
/// disks.
/// </summary>
internal static class ConstraintsJson
{
    /// <summary>Writes both members.</summary>
    /// <param name="json">The object of the machine.</param>
    /// <param name="allocated">The machine and what answers.</param>
    /// <param name="isVerbose">Whether to write the matches by machine too, as MAAS does for troubleshooting.</param>
    public static void Write(Utf8JsonWriter json, AllocationResult.Allocated allocated, bool isVerbose)
    {
        json.WriteStartObject("constraint_map");
        WriteMap(json, allocated);
        json.WriteEndObject();

        json.WriteStartObject("constraints_by_type");
        if (allocated.Storage.Count > 0) WriteStorage(json, allocated);
        if (allocated.Interfaces.Count > 0)
        {
            json.WriteStartObject("interfaces");
            foreach (var (label, ids) in allocated.Interfaces) WriteNumbers(json, label, ids);
            json.WriteEndObject();
        }

        if (isVerbose) WriteVerbose(json, allocated);
        json.WriteEndObject();
    }

    private static void WriteStorage(Utf8JsonWriter json, AllocationResult.Allocated allocated)
    {
        json.WriteStartObject("storage");
        foreach (var label in allocated.Storage.GroupBy(each => each.Key, each => each.Value, StringComparer.Ordinal))
        {
            json.WriteStartArray(label.Key);
            foreach (var target in label)
            {
                if (target is StorageTarget.Device { Id: var id }) json.WriteNumberValue(id);
                else json.WriteStringValue(KeyOf(target));
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteVerbose(Utf8JsonWriter json, AllocationResult.Allocated allocated)
    {
        var number = allocated.Machine.Number.ToString(CultureInfo.InvariantCulture);
        json.WriteStartObject("verbose_storage");
        if (allocated.Storage.Count > 0)
        {
            json.WriteStartObject(number);
            WriteMap(json, allocated);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteStartObject("verbose_interfaces");
        foreach (var (label, ids) in allocated.Interfaces)
        {
            json.WriteStartObject(label);
            WriteNumbers(json, number, ids);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteMap(Utf8JsonWriter json, AllocationResult.Allocated allocated)
    {
        foreach (var (label, target) in allocated.Storage) json.WriteString(KeyOf(target), label);
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, IReadOnlyList<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (var number in numbers) json.WriteNumberValue(number);
        json.WriteEndArray();
    }

    private static string KeyOf(StorageTarget target) => target switch
    {
        StorageTarget.Device { Id: var id } => id.ToString(CultureInfo.InvariantCulture),
        StorageTarget.Partition { Id: var id } => string.Create(CultureInfo.InvariantCulture, $"partition:{id}"),
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
