using System.Xml.Linq;
using Maas.Core;
using Maas.Core.Records;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.DependencyInjection;

namespace Maas.Dashboard.Keys;

/// <summary>
/// Keeps the data protection keys in the store of the MAAS. ASP.NET Core reads them at the start, once a day, and after it has made one:
/// every 90 days, two days before the new key is used.
/// </summary>
internal sealed class StoredKeyRepository(IServiceProvider services) : IXmlRepository
{
    private long _last; // the number of the last element that was read

    /// <inheritdoc/>
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        var keys = Wait(() => Core.Records.ListAsync(new RecordQuery<CookieKey>(CookieKey.Table), CancellationToken.None));
        Volatile.Write(ref _last, keys.Select(key => key.Number).DefaultIfEmpty().Max());
        return [.. keys.OrderBy(key => key.Number).Select(key => XElement.Parse(key.Xml))];
    }

    /// <inheritdoc/>
    public void StoreElement(XElement element, string friendlyName)
    {
        ArgumentNullException.ThrowIfNull(element);
        var xml = element.ToString(SaveOptions.DisableFormatting);
        while (true)
        {
            var key = new CookieKey { Number = Volatile.Read(ref _last) + 1, Xml = xml };
            var batch = new RecordBatch
            {
                At = Core.TimeProvider.GetUtcNow(), Changes = [new RecordChange.Insert(CookieKey.Table, key)],
            };
            if (Wait(() => Core.Records.SaveAsync(batch, CancellationToken.None)) is RecordResult.Saved) return;
            // Another host was faster. All keys are read again after one was made, and its key is used by both.
            if (element.Name.LocalName == "key") return;
            GetAllElements();
        }
    }

    // ASP.NET Core asks without waiting, and so that the store is not opened before it is needed.
    private MaasCore Core => services.GetRequiredService<MaasCore>();

    private static T Wait<T>(Func<Task<T>> work) => Task.Run(work).GetAwaiter().GetResult();
}
