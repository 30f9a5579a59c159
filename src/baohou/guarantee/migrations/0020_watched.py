
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0002_chain'),
        ('guarantee', '0019_sent_back'),
        ('parties', '0004_contacts'),
        ('people', '0004_entrance'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='gradechange',
            index=models.Index(fields=['grade', 'effective_on', 'id'], name='latest_of_a_grade'),
        ),
    ]
