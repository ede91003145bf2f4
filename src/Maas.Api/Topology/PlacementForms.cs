using Maas.Api.Requests;
using Maas.Core.Topology;

namespace Maas.Api.Topology;

/// <summary>Reads the zones and resource pools that forms name. One that does not exist is an error of the field.</summary>
internal static class PlacementForms
{
    extension(FormReader form)
    {
        /// <summary>The id of the zone; null when the field is absent or empty.</summary>
        public long? Zone(TopologySnapshot topology) => form.Names("zone", "zone", topology.FindZone) is [var zone] ? zone.Id : null;

        /// <summary>The name of the domain, which the form gives by name or by id; null when the field is absent or empty.</summary>
        public string? Domain(TopologySnapshot topology) =>
            form.Names("domain", "domain", text => topology.FindDomain(text) ?? (long.TryParse(
                text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var id)
                ? topology.Domains.FirstOrDefault(domain => domain.Id - 1 == id) : null)) is [var domain] ? domain.Name : null;

        /// <summary>The id of the resource pool; null when the field is absent or empty.</summary>
        public long? Pool(TopologySnapshot topology) => form.Names("pool", "pool", topology.FindPool) is [var pool] ? pool.Id : null;

        /// <summary>The ids of the zones that any of the fields name.</summary>
        public IReadOnlyList<long> Zones(TopologySnapshot topology, params ReadOnlySpan<string> fields)
        {
            List<long> ids = [];
            foreach (var field in fields) ids.AddRange(form.Names(field, "zone", topology.FindZone).Select(zone => zone.Id));
            return ids;
        }

        /// <summary>The ids of the resource pools that any of the fields name.</summary>
        public IReadOnlyList<long> Pools(TopologySnapshot topology, params ReadOnlySpan<string> fields)
        {
            List<long> ids = [];
            foreach (var field in fields) ids.AddRange(form.Names(field, "pool", topology.FindPool).Select(pool => pool.Id));
            return ids;
        }

        private List<T> Names<T>(string field, string kind, Func<string, T?> find)
            where T : class
        {
            List<T> found = [];
            foreach (var name in form.Form.All(field))
            {
                if (name.Length == 0) continue;
                if (find(name) is { } one) found.Add(one);
                else form.Refuse(field, $"No such {kind}: '{LogText.From(name, 64)}'.");
            }

            return found;
        }
    }
}
