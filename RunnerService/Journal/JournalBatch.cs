namespace Switchyard.RunnerService.Journal;

/// <summary>The changes of one flush, merged so that each run and each job row is written once.</summary>
public sealed class JournalBatch
{
    private readonly Dictionary<Guid, Entry> entries = [];

    /// <summary>One run's share of the flush.</summary>
    public sealed class Entry
    {
        public required Guid RunId { get; init; }
        public required string Org { get; init; }
        public required string Workflow { get; init; }

        /// <summary>A step of another run waits for this one.</summary>
        public required bool HasParent { get; init; }

        /// <summary>The run's end makes a place free.</summary>
        public required bool HasPlace { get; init; }

        /// <summary>A step of this run may have started others.</summary>
        public bool StartedChildren { get; set; }
        public long Fence { get; set; }
        public int EventSeq { get; set; }
        public RunMove? Move { get; set; }
        public List<JobWrite> Jobs { get; } = [];
        public List<EventWrite> Events { get; } = [];

        private readonly Dictionary<(string, int), int> places = [];

        // One statement must not meet the same row twice, hence the newest state of each job only.
        internal void Merge(JobWrite job)
        {
            if (places.TryAdd((job.StepId, job.Item), Jobs.Count)) { Jobs.Add(job); }
            else { Jobs[places[(job.StepId, job.Item)]] = job; }
        }

        internal void Forget()
        {
            Jobs.Clear();
            places.Clear();
            Events.Clear();
            Move = null;
        }
    }

    /// <summary>Every change in order of arrival.</summary>
    public List<RunChange> Changes { get; } = [];

    /// <summary>One entry per run.</summary>
    public IReadOnlyCollection<Entry> Runs => entries.Values;

    /// <summary>Adds a change after those already there.</summary>
    public void Add(RunChange change)
    {
        Changes.Add(change);
        if (!entries.TryGetValue(change.RunId, out var entry))
        {
            entries.Add(change.RunId, entry = new Entry { RunId = change.RunId, Org = change.Org, Workflow = change.Workflow, HasParent = change.HasParent, HasPlace = change.HasPlace });
        }
        else if (entry.Fence != change.Fence)
        {
            // This process lost the run and claimed it anew between two changes of one flush: the older ones are void.
            entry.Forget();
        }
        entry.Fence = change.Fence;
        entry.EventSeq = change.EventSeq;
        entry.Move = change.Move ?? entry.Move;
        entry.StartedChildren |= change.HasChildren;
        entry.Events.AddRange(change.Events);
        foreach (var job in change.Jobs) { entry.Merge(job); }
    }

    /// <summary>The same changes as one batch per run.</summary>
    public IEnumerable<JournalBatch> Split()
    {
        foreach (var changes in Changes.GroupBy(change => change.RunId))
        {
            var part = new JournalBatch();
            foreach (var change in changes) { part.Add(change); }
            yield return part;
        }
    }

    /// <summary>Makes the batch ready for the next flush.</summary>
    public void Clear()
    {
        Changes.Clear();
        entries.Clear();
    }
}
